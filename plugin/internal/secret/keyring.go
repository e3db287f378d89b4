package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"google.golang.org/protobuf/proto"
)

// Keyring holds the keys that wrap data keys: the current one, and older ones that still unwrap. It may be used
// concurrently.
type Keyring struct {
	// file is the local key file; nil when the keys come from elsewhere.
	file *keyFile

	mu    sync.Mutex // held while the key file is read or written, never while a service is asked
	keys  []key      // the current one first; replaced, not changed
	stamp string
}

// key is one key, or one name of a key with all its versions in a service.
type key struct {
	// prefix begins the id that the wrapper gives to what it wraps.
	prefix  string
	wrapper wrapper
}

// wrapper encrypts data keys. It may be used concurrently.
type wrapper interface {
	// Encrypt wraps a data key; the result says with which key.
	Encrypt(ctx context.Context, plain []byte) (*wrapping.BlobInfo, error)
	// Decrypt unwraps what Encrypt has returned, with whichever version of the key.
	Decrypt(ctx context.Context, blob *wrapping.BlobInfo) ([]byte, error)
	// KeyId returns the id that Encrypt gives at present.
	KeyId(ctx context.Context) (string, error)
}

// OpenKeyring opens the key that the source names, and the old ones, which only unwrap. A source is
//
//	""                                  the key file in the directory, which is made when it does not exist
//	env://NAME                          a variable of the environment
//	file:///path                        a file that others look after
//	transit://host:port/mount/name      a key of Vault's Transit engine, over TLS; transit+http:// without it
//
// The first three hold 64 hexadecimal digits. mayCreate is false when a key file must not be made, because secrets
// exist that were sealed with another key. A source that does not lead to a key is a *SourceError, which does not
// repeat it.
func OpenKeyring(ctx context.Context, directory, source string, old []string, mayCreate bool) (*Keyring, error) {
	if source == "" {
		ring := &Keyring{file: newKeyFile(directory)}
		if mayCreate {
			if err := ring.file.create(); err != nil {
				return nil, err
			}
		}
		if err := ring.reload(); err != nil {
			return nil, err
		}
		return ring, ring.addOld(ctx, old)
	}
	ring := &Keyring{}
	if err := ring.add(ctx, source); err != nil {
		return nil, err
	}
	return ring, ring.addOld(ctx, old)
}

// Sources returns where the keys are that OpenKeyring opens, and what gives access to them, in the form of
// References.Withheld.
func Sources(directory, source string, old []string) []string {
	return append([]string{"file://" + newKeyFile(directory).path, source, "env://VAULT_TOKEN"}, old...)
}

func (r *Keyring) add(ctx context.Context, source string) error {
	added, err := openKey(ctx, source)
	if err == nil {
		r.keys = append(r.keys, added)
	}
	return err
}

func (r *Keyring) addOld(ctx context.Context, sources []string) error {
	for i, source := range sources {
		err := r.add(ctx, source)
		var misled *SourceError
		if errors.As(err, &misled) {
			misled.Old = i + 1
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// present returns the keys, the current one first, and those of the key file as they are now: another process may have
// turned to a new key. The slice is not changed any more.
func (r *Keyring) present() ([]key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.reload()
	return r.keys, err
}

// reload reads the key file again when it has changed. r.mu is held.
func (r *Keyring) reload() error {
	if r.file == nil {
		return nil
	}
	stamp, err := r.file.stamp()
	if err != nil {
		return err
	}
	if stamp == r.stamp {
		return nil
	}
	keys, err := r.file.read()
	if err != nil {
		return err
	}
	others := r.keys[min(len(r.keys), r.file.count):]
	r.keys, r.stamp, r.file.count = append(keys, others...), stamp, len(keys)
	return nil
}

// wrap encrypts a data key with the current key.
func (r *Keyring) wrap(ctx context.Context, dataKey []byte) ([]byte, error) {
	keys, err := r.present()
	if err != nil {
		return nil, err
	}
	wrapped, err := keys[0].wrapper.Encrypt(ctx, dataKey)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(wrapped)
}

// ErrKeyMissing means that a secret was sealed with a key that the ring does not have. It opens when the key is put
// back.
var ErrKeyMissing = errors.New("its key is not there")

var errNoKeyNamed = errors.New("it names no key")

// unwrap decrypts a data key with whichever key it was wrapped with.
func (r *Keyring) unwrap(ctx context.Context, wrapped []byte) ([]byte, error) {
	keys, err := r.present()
	if err != nil {
		return nil, err
	}
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(wrapped, &blob); err != nil {
		return nil, &damagedError{err}
	}
	if blob.GetKeyInfo().GetKeyId() == "" {
		return nil, &damagedError{errNoKeyNamed}
	}
	for _, candidate := range keys {
		if strings.HasPrefix(blob.GetKeyInfo().GetKeyId(), candidate.prefix) {
			return candidate.wrapper.Decrypt(ctx, &blob)
		}
	}
	return nil, ErrKeyMissing
}

// isLost reports whether none of the keys can ever unwrap a data key.
func (r *Keyring) isLost(ctx context.Context, wrapped []byte) bool {
	_, err := r.unwrap(ctx, wrapped)
	var damaged *damagedError
	return errors.Is(err, ErrKeyMissing) || errors.As(err, &damaged)
}

// damagedError is that of a wrapped data key that no key can unwrap.
type damagedError struct{ err error }

func (e *damagedError) Error() string { return e.err.Error() }
func (e *damagedError) Unwrap() error { return e.err }

// isCurrent reports whether a data key is wrapped with the current version of the current key.
func (r *Keyring) isCurrent(ctx context.Context, wrapped []byte) (bool, error) {
	keys, err := r.present()
	if err != nil {
		return false, err
	}
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(wrapped, &blob); err != nil {
		return false, err
	}
	id, err := keys[0].wrapper.KeyId(ctx)
	return id == blob.GetKeyInfo().GetKeyId(), err
}

// Renew turns to a new key, where the keyring is the one to make it: in the local key file. The old key stays until
// Forget. A service makes new versions of its keys itself, and keys from the environment are the operator's.
func (r *Keyring) Renew(ctx context.Context) error {
	if r.file != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if err := r.file.renew(); err != nil {
			return err
		}
		return r.reload()
	}
	keys, err := r.present()
	if err != nil {
		return err
	}
	// A service tells its newest version only when it is asked to wrap something.
	_, err = keys[0].wrapper.Encrypt(ctx, []byte("version"))
	return err
}

// Forget drops all keys of the local key file but the current one.
func (r *Keyring) Forget() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	if err := r.file.forget(); err != nil {
		return err
	}
	return r.reload()
}

// Describe says where the current key is.
func (r *Keyring) Describe() string {
	if r.file != nil {
		return fmt.Sprintf("The key is in %s; the old one was forgotten.", r.file.path)
	}
	return "The key is where plugin.hcl says; the sources in old_keys are no longer needed."
}
