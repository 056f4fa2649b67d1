"""Reading that trusts no length: bounded files, archives, checksums, wire formats."""
