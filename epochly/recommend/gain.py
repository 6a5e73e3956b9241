"""From how large a gain another level is worth it."""

# Less is easily lost to another machine, another input or the wrapper around a call.
CLEAR_GAIN = 1.1
