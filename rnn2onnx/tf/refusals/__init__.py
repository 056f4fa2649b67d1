"""What only training needs, or what is not there: refused by name, with what to do instead."""
