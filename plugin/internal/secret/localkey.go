package secret

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
)

// local is a key that this process knows. It wraps with AES-256-GCM, the nonce before the ciphertext.
type local struct {
	id   string
	aead cipher.AEAD
}

// localKey is the key of the hexadecimal digits. Its id is a hash of it, so the same key has the same id wherever it
// comes from.
func localKey(digits string) (key, error) {
	secret, err := hex.DecodeString(strings.TrimSpace(digits))
	if err != nil || len(secret) != keyLength {
		return key{}, fmt.Errorf("it does not hold a key of %d hexadecimal digits", 2*keyLength)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, err
	}
	sum := sha256.Sum256(append([]byte("key id"), secret...))
	id := "local-" + hex.EncodeToString(sum[:8])
	return key{prefix: id, wrapper: &local{id: id, aead: aead}}, nil
}

// Encrypt wraps with a fresh nonce.
func (l *local) Encrypt(_ context.Context, plain []byte) (*wrapping.BlobInfo, error) {
	ciphertext := l.aead.Seal(nil, nil, plain, nil) //nolint:gosec // The AEAD makes the nonce itself.
	return &wrapping.BlobInfo{Ciphertext: ciphertext, KeyInfo: &wrapping.KeyInfo{KeyId: l.id}}, nil
}

// Decrypt unwraps what Encrypt has returned.
func (l *local) Decrypt(_ context.Context, blob *wrapping.BlobInfo) ([]byte, error) {
	if len(blob.GetCiphertext()) < l.aead.Overhead() {
		return nil, &damagedError{errors.New("the wrapped key is too short")}
	}
	plain, err := l.aead.Open(nil, nil, blob.GetCiphertext(), nil)
	if err != nil {
		return nil, &damagedError{err}
	}
	return plain, nil
}

// KeyId returns the id of the key.
func (l *local) KeyId(context.Context) (string, error) { return l.id, nil }
