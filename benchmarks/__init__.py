"""What the program is measured by: `make bench`."""
