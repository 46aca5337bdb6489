"""What tools/bench_timing.py is made of: players, ears, load, peers, arithmetic and a chart."""
