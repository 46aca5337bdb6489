"""MEASURES of a rhythm: how full, how syncopated, how even. One table, `table.MEASURES`, from which the rest derives.

Every measure is written for many rhythms at once: `hits` is a boolean array (rhythms, steps), and the answer one
float64 for each, NaN where there is nothing to measure. So one rhythm and all the 65,536 of sixteen steps are
measured by the same lines. An onset off the grid counts as on the step it falls in.
"""
