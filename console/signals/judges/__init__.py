"""One judge a signal: from what is known of it to a verdict."""
