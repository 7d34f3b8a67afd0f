"""Files that shardcalc keeps and reads back, each written whole or not at all, and schemas of its JSON."""
