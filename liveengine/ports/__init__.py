"""DOORS: the only code that touches a device or a socket."""
