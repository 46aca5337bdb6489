"""DATA PLANE: transport, patterns, note ledger, clock output. Compiled, without the GIL, without allocation.

`render` is the one pure function at the heart; the drivers turn its crank,
and the control plane reaches it only through `commands` and `slots`.
"""
