define(`SMART_HOST', `relay:[198.51.100.7]')dnl
