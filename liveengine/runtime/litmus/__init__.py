"""`liveengine litmus`: how a pair of ports keeps time, measured by listening to ourselves."""
