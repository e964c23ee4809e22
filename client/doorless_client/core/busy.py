"""A relay that has no time: no refusal, and no failure."""


class BusyError(Exception):
    """Not now; the relay may do it in `retry_after` seconds."""

    def __init__(self, why: str, retry_after: float) -> None:
        super().__init__(why)
        self.retry_after = retry_after
