"""The others: bots of the same size on other libraries, each as its own documentation would write it."""
