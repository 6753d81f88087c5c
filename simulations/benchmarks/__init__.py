"""What `manage.py benchmark` measures; each part is a module with `add_arguments(parser)` and `main(options, say)`."""
