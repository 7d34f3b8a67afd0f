"""Files that shardcalc keeps and reads back: histories, prices, baselines, plans; written whole or not at all."""
