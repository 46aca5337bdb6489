"""DATA: from collections of files to memory-mapped rows that a model trains on, one piece at a time.

A *source* (`sources/`) knows one collection: which files, whose, under which licence, and how they are split. The
*parser* makes a Piece of any MIDI file, repairs what can be repaired and says what it did; what cannot be read goes
to *quarantine* with its reason. A Piece becomes rows, and rows become *shards*.
"""

#: Raised by one whenever what the pipeline makes of the same bytes changes; what was made before is then not used.
PIPELINE = 1
