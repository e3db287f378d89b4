package secret

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/durable"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
	"github.com/smtp-settings/smtp-settings/shared/plaintext"
)

// keyLength is that of AES-256, in bytes.
const keyLength = 32

// keyFileName is the local key file in the data directory.
const keyFileName = "key"

// keyFile is a file with a key a line, the current one first, each of 64 hexadecimal digits. It protects copies and
// backups of the database, not against a user who can read the file: others must not be able to.
type keyFile struct {
	path string
	// count is how many keys it held when it was last read.
	count int
}

func newKeyFile(directory string) *keyFile {
	return &keyFile{path: filepath.Join(directory, keyFileName)}
}

// create makes the file with a new key unless it exists. A process that comes second finds the key of the first.
func (f *keyFile) create() error {
	if _, err := os.Lstat(f.path); err == nil {
		return nil
	}
	return f.write([]string{newKey()}, func(temporary string) error {
		if err := durable.Place(temporary, f.path); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

func newKey() string {
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // It never fails; see its documentation.
	return hex.EncodeToString(key)
}

// write writes the keys into a temporary file and puts it in place: a half-written key would be a lost one.
func (f *keyFile) write(lines []string, place func(temporary string) error) error {
	file, err := filemode.CreateTemp(filepath.Dir(f.path), ".key-")
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(strings.Join(lines, "\n") + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if err := place(file.Name()); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	return durable.Sync(filepath.Dir(f.path))
}

func (f *keyFile) replace(lines []string) error {
	return f.write(lines, func(temporary string) error { return durable.Replace(temporary, f.path) })
}

// renew puts a new key before the present ones.
func (f *keyFile) renew() error {
	lines, err := f.lines()
	if err != nil {
		return err
	}
	return f.replace(append([]string{newKey()}, lines...))
}

// forget keeps only the current key.
func (f *keyFile) forget() error {
	lines, err := f.lines()
	if err != nil {
		return err
	}
	return f.replace(lines[:1])
}

// stamp changes when the file is replaced.
func (f *keyFile) stamp() (string, error) {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("key file %s is missing, but secrets are stored that were sealed with it: "+
			"put it back from a backup; "+
			"if it is lost, move the database away as well and enter the settings anew", f.path)
	case err != nil:
		return "", fmt.Errorf("key file: %w", err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("key file %s is not a regular file", f.path)
	}
	if err := filemode.Secret(f.path, info); err != nil {
		return "", fmt.Errorf("key file %s %w", f.path, err)
	}
	return fmt.Sprint(info.ModTime().UnixNano(), info.Size()), nil
}

func (f *keyFile) lines() ([]string, error) {
	text, err := durable.Read(f.path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	lines := strings.Fields(string(plaintext.From(text)))
	if len(lines) == 0 {
		return nil, fmt.Errorf("key file %s is empty", f.path)
	}
	return lines, nil
}

func (f *keyFile) read() ([]key, error) {
	lines, err := f.lines()
	if err != nil {
		return nil, err
	}
	var keys []key
	for _, line := range lines {
		one, err := localKey(line)
		if err != nil {
			return nil, fmt.Errorf("key file %s: %w", f.path, err)
		}
		keys = append(keys, one)
	}
	return keys, nil
}
