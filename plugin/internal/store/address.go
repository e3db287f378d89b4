package store

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
)

// Address says where a PostgreSQL database is: postgres://user:password@host:port/name, or env://NAME or file:///path,
// which name that text. It may hold a password, so no error repeats it or a part of it.
type Address string

// UnmarshalText reads an address.
func (a *Address) UnmarshalText(text []byte) error {
	*a = Address(text)
	if scheme, _, _ := strings.Cut(string(text), "://"); scheme == "env" || scheme == "file" {
		return secret.CheckSource(string(text))
	}
	_, err := parseAddress(string(text))
	return err
}

var errAddress = errors.New("is not the address of a PostgreSQL database: " +
	"write postgres://user:password@host:port/name, or name it with env://NAME or file:///path; " +
	"in the password, write characters such as @ : / ? # % as %40 %3A %2F %3F %23 %25")

// parseAddress reads postgres://…. A password with an unescaped special character can look like a host, a port or the
// name of a database, which are shown; so an address in which anything looks misplaced is refused as a whole.
func parseAddress(text string) (*pgxpool.Config, error) {
	if !strings.HasPrefix(text, "postgres://") && !strings.HasPrefix(text, "postgresql://") {
		return nil, errAddress
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Fragment != "" || strings.Contains(text, "#") || parsed.Opaque != "" ||
		strings.Contains(parsed.EscapedPath()+parsed.RawQuery, "@") ||
		strings.Contains(strings.TrimPrefix(parsed.EscapedPath(), "/"), "/") {
		return nil, errAddress
	}
	config, err := pgxpool.ParseConfig(text)
	if err != nil { // It repeats the address.
		return nil, addressError(parsed.Query(), err)
	}
	return config, nil
}

// addressError says what is wrong with an address whose parts are where they belong, and repeats nothing of it.
func addressError(parameters url.Values, err error) error {
	var file *fs.PathError
	modes := []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
	switch {
	case errors.As(err, &file):
		return fmt.Errorf("%w; sslrootcert, sslcert, sslkey or passfile names a file that cannot be read: %w", errAddress,
			file.Err)
	case parameters.Has("sslmode") && !slices.Contains(modes, parameters.Get("sslmode")):
		return fmt.Errorf("%w; sslmode is one of %s", errAddress, strings.Join(modes, ", "))
	}
	return errAddress
}

// Misaddressed reports whether an error of OpenPostgres is about the address: it cannot be read, or the server refuses
// the login or does not know the database. A server that does not answer is another matter, as it may come back.
func Misaddressed(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return strings.HasPrefix(refused.Code, "28") || refused.Code == "3D000" // invalid authorization, invalid catalog name
	}
	return errors.Is(err, errAddress)
}
