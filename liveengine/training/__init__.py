"""SCHOOL: files of music to small models. Nothing here is ever loaded by a set that plays."""
