package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/smtp-settings/smtp-settings/shared/trust"
)

// CheckBinary refuses a binary that cannot or must not be run: one that is not there, that is no program, that others
// could replace, or that has another checksum than sha256 says. A manifest that others could change is refused as well.
// The error is an *Error that says more than the operating system's.
//
// What is run afterwards may be another file by then. A host that must be sure runs the bytes that it has checked: see
// CheckProgram and CheckSum.
func (m *Manifest) CheckBinary() error {
	if err := m.CheckProgram(); err != nil || m.SHA256 == "" {
		return err
	}
	file, err := os.Open(m.Binary)
	if err != nil {
		return m.RefuseBinary("cannot be read: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return m.RefuseBinary("cannot be read: %w", err)
	}
	return m.CheckSum(hash.Sum(nil))
}

// CheckProgram is CheckBinary without the checksum.
func (m *Manifest) CheckProgram() error {
	info, err := os.Stat(m.Binary)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return m.RefuseBinary("does not exist; build it, or correct the path")
	case err != nil:
		return m.RefuseBinary("cannot be used: %w", err)
	case info.IsDir():
		return m.RefuseBinary("is a directory")
	case !info.Mode().IsRegular():
		return m.RefuseBinary("is not a regular file")
	case !mayRun(info):
		return m.RefuseBinary("is not executable; run chmod +x")
	}
	if err := trust.Check(m.Path); err != nil {
		return m.refuseProgram(fmt.Errorf("this file says what is run, and others could change that: %w", err))
	}
	if err := trust.Check(m.Binary); err != nil {
		return m.RefuseBinary("was not run, as others could replace it: %w", err)
	}
	return nil
}

// CheckSum refuses the SHA-256 of a binary when the manifest names another one.
func (m *Manifest) CheckSum(sum []byte) error {
	if found := hex.EncodeToString(sum); found != m.SHA256 {
		return m.RefuseBinary("has the checksum %s, but sha256 says %s; it was not run", found, m.SHA256)
	}
	return nil
}

// RefuseBinary is an error about the binary. The format goes on where its path ends.
func (m *Manifest) RefuseBinary(format string, args ...any) error {
	return m.refuseProgram(fmt.Errorf("binary %s "+format, append([]any{m.Binary}, args...)...))
}

func (m *Manifest) refuseProgram(err error) error {
	return &Error{Path: m.Path, Reason: fmt.Sprintf("plugin %q: %s", m.Name, err), Err: err}
}
