CLIENT_OPTIONS(`Family=inet, Address=198.51.100.99')dnl
CLIENT_OPTIONS(`Family=inet6, Address=::ffff:127.0.0.1')dnl
define(`confHELO_NAME', `mail.cluster.example')dnl
