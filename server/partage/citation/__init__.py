"""How each thing of ours is cited: one value, and the formats it is written in."""
