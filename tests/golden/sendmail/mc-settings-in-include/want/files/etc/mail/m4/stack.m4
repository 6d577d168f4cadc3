CLIENT_OPTIONS(`Family=inet, Address=192.0.2.10')dnl
CLIENT_OPTIONS(`Family=inet6, Address=::ffff:127.0.0.1')dnl
define(`confHELO_NAME', `mail.cluster.example')dnl
dnl mta-stack wrote this for the resource mail-mta; what the admin wrote comes back when it stops
