"""Where things come from and are kept. Each package imports the core and itself, never another one."""
