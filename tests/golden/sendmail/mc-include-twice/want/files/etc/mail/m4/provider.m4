define(`SMART_HOST', `relay:[gw.remote.example]')dnl
dnl mta-stack wrote this for the resource mail-mta; what the admin wrote comes back when it stops
