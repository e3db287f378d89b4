package store

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/smtp-settings/smtp-settings/shared/socketerror"
)

// explained adds the remedy to an error of opening a PostgreSQL database, where there is one to name.
func explained(err error, config *pgx.ConnConfig) error {
	if remedy := remedyFor(err, config); remedy != "" {
		return fmt.Errorf("%w. %s", err, remedy)
	}
	return err
}

// remedies are by SQLSTATE, in the appendix of PostgreSQL's manual.
var remedies = map[string]string{
	"28P01": "The password is wrong, or the role has none",
	"28000": "pg_hba.conf of the server does not admit the role from here in this way, or there is no such role",
	"3D000": "An administrator of the server makes the database: CREATE DATABASE … OWNER …",
	"53300": "The server has no connection left: raise max_connections, or put PgBouncer before it; " +
		"pool_max_conns=4 in the address has one process ask for fewer",
	"57P03": "The server is starting or stopping; this is tried again",
	"25006": "This server only reads, as a standby does. Name the primary one, or all of them with " +
		"target_session_attrs=read-write: postgres://user@a:5432,b:5432/name?target_session_attrs=read-write",
}

// remedyFor is what to do about an error, empty where the error says it or nothing is known.
func remedyFor(err error, config *pgx.ConnConfig) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		if remedy, known := remedies[refused.Code]; known {
			return remedy
		}
		if parameter, ok := strings.CutPrefix(refused.Message, "unsupported startup parameter: "); ok {
			return fmt.Sprintf("PgBouncer does not pass %s on: take it out of the address, or give it to the role "+
				"(ALTER ROLE … SET …)", parameter)
		}
		return ""
	}
	return remedyForConnection(err, config)
}

func remedyForConnection(err error, config *pgx.ConnConfig) string {
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	var expired x509.CertificateInvalidError
	var lookup *net.DNSError
	switch {
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return "The server offers no encryption, and sslmode demands it. Set ssl = on in its postgresql.conf; " +
			"sslmode=disable is for a server on this machine, or on a network that nobody else can read"
	case errors.As(err, &name):
		return "Its certificate is for another name. Write the name of the certificate in the address; " +
			"sslmode=verify-ca does not compare it"
	case errors.As(err, &authority):
		return "Its certificate was issued by an authority that is not known here. Name the authority's certificate with " +
			"sslrootcert=/path/of/ca.pem in the address"
	case errors.As(err, &expired):
		return "Renew the certificate of the server"
	case socketerror.Refused(err):
		return "Nothing listens there: is PostgreSQL running, and does listen_addresses of its postgresql.conf name more " +
			"than localhost?"
	case errors.As(err, &lookup):
		return fmt.Sprintf("The name %s is not known", config.Host)
	case errors.Is(err, context.DeadlineExceeded), socketerror.TimedOut(err):
		return "It did not answer in time: is there a firewall between?"
	}
	return ""
}

// Unencrypted reports whether what the plugin says to a PostgreSQL server may be readable for others on the way: its
// address does not demand encryption, and names another machine.
func (s *Store) Unencrypted() bool {
	if s.pool == nil {
		return false
	}
	config := s.pool.Config().ConnConfig
	plain := map[string]bool{config.Host: config.TLSConfig == nil}
	for _, one := range config.Fallbacks {
		plain[one.Host] = plain[one.Host] || one.TLSConfig == nil
	}
	for host, may := range plain {
		address := net.ParseIP(host)
		local := strings.HasPrefix(host, "/") || host == "localhost" || address != nil && address.IsLoopback()
		if may && !local {
			return true
		}
	}
	return false
}
