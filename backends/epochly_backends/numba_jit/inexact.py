"""What compiled code raises where it cannot give what the original gives; it needs no Numba."""


class Inexact(ArithmeticError):
    """A number left what 64 bits hold exactly."""


class TooDeep(Inexact):
    """More calls stand within each other than Python may allow."""
