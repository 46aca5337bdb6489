"""`python -m liveengine` is `liveengine`."""

import sys

from liveengine.cli import main

sys.exit(main())
