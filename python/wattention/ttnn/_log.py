"""The log lines of the card's stack, when they are asked for."""
_shown = False


def show_log(shown=True):
    """Print the `Metal | INFO` lines that TT-NN prints when devices open and close, or stop to."""
    global _shown
    _shown = shown


def metal(text):
    if _shown:
        print(f"{'Metal':>23} | INFO     | {text}")
