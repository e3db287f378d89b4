//go:build unix

package store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// authority is a certificate for the name that has signed itself, and its key, both PEM.
func authority(t *testing.T, name string) (certificate, key []byte) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalECPrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}),
		pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: encoded})
}

func authorityFile(t *testing.T, certificate []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPostgres is what the engine is asked of on a server of its own; the last ones stop it.
func TestPostgres(t *testing.T) {
	server := postgres.Start(t)
	for _, one := range []struct {
		name string
		test func(*testing.T, *postgres.Server)
	}{
		{"role without create", testRoleWithoutCreate}, {"missing privileges", testMissingPrivileges},
		{"compact without ownership", testCompactWithoutOwnership}, {"pooled", testPooled},
		{"refusals", testRefusals}, {"encrypted", testEncrypted}, {"sign-ins", testSignInsByTheDatabase},
	} {
		t.Run(one.name, func(t *testing.T) { one.test(t, server) })
	}
}

// testEncrypted opens a database with each sslmode, and holds that what is refused is explained.
func testEncrypted(t *testing.T, server *postgres.Server) {
	address := strings.Replace(server.Database("encrypted"), "127.0.0.1", "localhost", 1)
	t.Run("no encryption", func(t *testing.T) {
		refusedWith(t, address+"?sslmode=verify-full", "Set ssl = on in its postgresql.conf")
		refusedWith(t, address+"?sslmode=require", "Set ssl = on in its postgresql.conf")
		openedWith(t, address)
	})
	certificate, key := authority(t, "localhost")
	server.Encrypt(certificate, key)
	file := authorityFile(t, certificate)
	openedWith(t, address+"?sslmode=verify-full&sslrootcert="+file)
	openedWith(t, address+"?sslmode=require")
	refusedWith(t, address+"?sslmode=verify-full", "Name the authority's certificate with sslrootcert=")
	other, _ := authority(t, "localhost")
	refusedWith(t, address+"?sslmode=verify-full&sslrootcert="+authorityFile(t, other), "sslrootcert=/path/of/ca.pem")
	refusedWith(t, strings.Replace(address, "localhost", "127.0.0.1", 1)+"?sslmode=verify-full&sslrootcert="+file,
		"Write the name of the certificate in the address")
	refusedWith(t, address+"?sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "names a file that cannot be read")
	refusedWith(t, address+"?sslmode=full", "sslmode is one of disable, allow, prefer, require, verify-ca, verify-full")
}

// testRefusals holds that what else is in the way is explained.
func testRefusals(t *testing.T, server *postgres.Server) {
	address := server.Database("refusals")
	refusedWith(t, strings.Replace(address, "/refusals", "/nothing", 1), "CREATE DATABASE")
	refusedWith(t, strings.Replace(address, "console@", "nobody@", 1), "there is no such role")
	refusedWith(t, server.Pool(t, address)+"?search_path=elsewhere", "PgBouncer does not pass search_path on")
	server.Execute("refusals", "ALTER ROLE "+postgres.User+" SET default_transaction_read_only = on")
	refusedWith(t, address, "target_session_attrs=read-write")
	server.Execute("refusals", "SET transaction_read_only = off; ALTER ROLE "+postgres.User+" RESET ALL")
	server.Stop("fast")
	refusedWith(t, address, "Nothing listens there")
	server.Resume()
}

func openedWith(t *testing.T, address string) {
	t.Helper()
	store, err := OpenPostgres(t.Context(), address)
	if err != nil {
		t.Error(err)
		return
	}
	_ = store.Close()
}

func refusedWith(t *testing.T, address, says string) {
	t.Helper()
	store, err := OpenPostgres(t.Context(), address)
	if err == nil {
		_ = store.Close()
		t.Errorf("%s was opened", address)
		return
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("%q is not in: %v", says, err)
	}
}

// testRoleWithoutCreate opens a database with a role that may make nothing: it is told what to have done, and works
// once that is done, whichever of the two ways it is.
func testRoleWithoutCreate(t *testing.T, server *postgres.Server) {
	server.Execute("postgres", `CREATE ROLE "the console" LOGIN`)
	for way, do := range map[string]func(t *testing.T, name, owned string){
		"is let create": func(_ *testing.T, name, _ string) {
			server.Execute(name, `GRANT USAGE, CREATE ON SCHEMA "public" TO "the console";`)
		},
		"finds them made": func(t *testing.T, name, owned string) {
			openedWith(t, owned)
			server.Execute(name, `GRANT USAGE ON SCHEMA "public" TO "the console"; `+
				`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "public" TO "the console"; `+
				`GRANT USAGE ON ALL SEQUENCES IN SCHEMA "public" TO "the console";`)
		},
	} {
		t.Run(way, func(t *testing.T) {
			name := strings.ReplaceAll(way, " ", "_")
			owned := server.Database(name)
			server.Execute(name, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
			address := strings.Replace(owned, postgres.User+"@", "the%20console@", 1)
			refusedWith(t, address, "Not there yet: settings_revision, ")
			refusedWith(t, address, `GRANT USAGE, CREATE ON SCHEMA "public" TO "the console"`)
			do(t, name, owned)
			store, err := OpenPostgres(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if _, err := store.Append(t.Context(), Revision{}, Document{}, "anna", time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
}

// testMissingPrivileges names each privilege that is missing on tables that are there, and only those.
func testMissingPrivileges(t *testing.T, server *postgres.Server) {
	address := server.Database("missingprivileges")
	openedWith(t, address)
	server.Execute("missingprivileges", `CREATE ROLE clerk LOGIN;
		GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk;
		REVOKE UPDATE, DELETE ON settings_revision FROM clerk; REVOKE ALL ON delivery_node FROM clerk`)
	address = strings.Replace(address, postgres.User+"@", "clerk@", 1)
	grants := []string{
		`GRANT UPDATE, DELETE ON settings_revision TO "clerk";`,
		`GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_node TO "clerk";`,
	}
	for _, grant := range grants {
		refusedWith(t, address, grant)
	}
	server.Execute("missingprivileges", strings.Join(grants, " "))
	openedWith(t, address)
}

// testCompactWithoutOwnership holds that a database that leaves old secrets in its free space is not said to be rid of
// them.
func testCompactWithoutOwnership(t *testing.T, server *postgres.Server) {
	address := server.Database("compactwithoutownership")
	openedWith(t, address)
	server.Execute("compactwithoutownership", "CREATE ROLE other LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO other")
	store, err := OpenPostgres(t.Context(), strings.Replace(address, postgres.User+"@", "other@", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Compact(t.Context()); err == nil || !strings.Contains(err.Error(), "VACUUM FULL settings_revision") {
		t.Errorf("it was compacted: %v", err)
	}
}

// testPooled works through PgBouncer in transaction mode from many goroutines: none relies on a session.
func testPooled(t *testing.T, server *postgres.Server) {
	address := server.Database("pooled")
	for pooled, address := range map[bool]string{false: address, true: server.Pool(t, address)} {
		store, err := OpenPostgres(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		if store.Pooled() != pooled {
			t.Errorf("pooled: %t, not %t", store.Pooled(), pooled)
		}
		_ = store.Close()
	}
	store, err := OpenPostgres(t.Context(), server.Pool(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	failures := make(chan error)
	for range 8 {
		go func() { failures <- useMuch(t, store) }()
	}
	for range 8 {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
}

// useMuch reads and writes a hundred times.
func useMuch(t *testing.T, store *Store) error {
	for i := range 100 {
		state, err := store.Current(t.Context())
		if err != nil {
			return err
		}
		if _, err := store.Append(t.Context(), state.Revision, Document{}, "anna", time.Now()); err != nil &&
			err != ErrConflict { //nolint:errorlint // It is returned as it is.
			return err
		}
		if err := store.SetVerified(t.Context(), Verification{Revision: int64(i)}); err != nil {
			return err
		}
		if _, err := store.Revisions(t.Context(), 0, 10); err != nil {
			return err
		}
	}
	return nil
}

// testSignInsByTheDatabase holds that a process whose clock is ahead or behind takes nothing from the sign-ins of
// others, which wait for minutes only.
func testSignInsByTheDatabase(t *testing.T, server *postgres.Server) {
	store, err := OpenPostgres(t.Context(), server.Database("sign_ins"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ahead := map[string]time.Duration{"right": 0, "ahead": time.Hour, "long ahead": 48 * time.Hour, "behind": -time.Hour}
	for range 2 {
		for name, by := range ahead {
			now := time.Now().Add(by)
			one := SignIn{Expires: now.Add(10 * time.Minute), Sealed: []byte(name)}
			if err := store.AddSignIn(t.Context(), name, one, now); err != nil {
				t.Fatal(err)
			}
			if _, err := store.UseOnce(t.Context(), "ticket of "+name, now.Add(time.Minute), now); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name := range ahead {
		for _, one := range []string{name, "ticket of " + name} {
			kept, found, err := store.SignIn(t.Context(), one)
			if err != nil || !found || (kept.Sealed == nil) == (one == name) {
				t.Errorf("%s: %+v, found: %t, %v", one, kept, found, err)
			}
		}
	}
	now := time.Now()
	over := SignIn{Expires: now.Add(-time.Second), Sealed: []byte("over")}
	for _, name := range []string{"over", "another"} {
		if err := store.AddSignIn(t.Context(), name, over, now); err != nil {
			t.Fatal(err)
		}
	}
	if kept, found, err := store.SignIn(t.Context(), "over"); err != nil || !found || kept.Sealed != nil {
		t.Errorf("after its end: %+v, found: %t, %v", kept, found, err)
	}
}
