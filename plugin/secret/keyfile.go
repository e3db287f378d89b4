package secret

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"github.com/hashicorp/go-kms-wrapping/v2/aead"
)

const keyLength = 32

// KeyFile returns a wrapper with the key in the file, which is made when it does not exist. It protects copies and
// backups of the database, not against somebody who can read the file: the file must not be readable by others.
func KeyFile(path string) (wrapping.Wrapper, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKeyFile(path); err != nil {
			return nil, fmt.Errorf("key file: %w", err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s can be read by others (mode %04o): run chmod 600 %s", path, info.Mode().Perm(), path)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyLength {
		return nil, fmt.Errorf("key file %s does not hold a key of %d hexadecimal digits", path, 2*keyLength)
	}
	return newWrapper(key)
}

// createKeyFile writes a new key in one step: a half-written key would be a lost one. Whoever comes second finds the key
// of the first.
func createKeyFile(path string) error {
	key := make([]byte, keyLength)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(hex.EncodeToString(key) + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func newWrapper(key []byte) (wrapping.Wrapper, error) {
	wrapper := aead.NewWrapper()
	if err := wrapper.SetAesGcmKeyBytes(key); err != nil {
		return nil, err
	}
	if _, err := wrapper.SetConfig(context.Background(), wrapping.WithKeyId("local")); err != nil {
		return nil, err
	}
	return wrapper, nil
}
