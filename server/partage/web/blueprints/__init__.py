"""The routes, a module for each part of the site; a view parses, calls and represents."""
