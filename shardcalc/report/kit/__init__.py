"""What every renderer draws with: terminal, Markdown, JSON, HTML, SVG. It knows nothing of what is drawn."""
