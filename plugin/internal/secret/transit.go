package secret

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
)

// transit is a key of Vault's Transit engine. Of its API two calls are needed, and one that keeps the token alive, so
// the client is a few lines of net/http: Vault's own brings a parser of HCL, a JOSE library and ten other modules with
// it.
type transit struct {
	client  *http.Client
	address string // scheme://host:port
	mount   string
	name    string
	token   string
	// idPrefix begins the id of the key; its version follows.
	idPrefix string
	newest   atomic.Int64 // the highest version that has wrapped
	known    dataKeys
}

// Bounds of a call to Vault.
const (
	transitLimit   = 30 * time.Second
	maxTransitBody = 1 << 20
)

// transitKey opens a key of Vault's Transit engine and makes sure that it can wrap. The token comes from VAULT_TOKEN,
// as with Vault's own tools.
func transitKey(ctx context.Context, scheme, rest string) (key, error) {
	at, err := transitLocation(rest)
	if err != nil {
		return key{}, err
	}
	protocol := "https://"
	if scheme == "transit+http" {
		protocol = "http://"
	}
	t := &transit{
		address: protocol + at.host, mount: at.mount, name: at.name, token: os.Getenv("VAULT_TOKEN"),
		idPrefix: "transit:" + at.mount + "/" + at.name + ":",
		client: &http.Client{Timeout: transitLimit, CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("it redirects elsewhere; the token is not taken there")
		}},
	}
	if _, err := t.Encrypt(ctx, []byte("available?")); err != nil {
		return key{}, err
	}
	t.keepToken()
	return key{prefix: t.idPrefix, wrapper: t}, nil
}

// Encrypt wraps with the newest version of the key.
func (t *transit) Encrypt(ctx context.Context, plain []byte) (*wrapping.BlobInfo, error) {
	var reply struct{ Data struct{ Ciphertext string } }
	request := map[string]string{"plaintext": base64.StdEncoding.EncodeToString(plain)}
	if err := t.call(ctx, t.mount+"/encrypt/"+t.name, request, &reply); err != nil {
		return nil, err
	}
	parts := strings.Split(reply.Data.Ciphertext, ":") // vault:v1:…
	if len(parts) != 3 {
		return nil, errors.New("it answered without a ciphertext")
	}
	version, err := strconv.ParseInt(strings.TrimPrefix(parts[1], "v"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("it answered without the version of its key: %w", err)
	}
	t.sawVersion(version)
	t.known.remember(reply.Data.Ciphertext, bytes.Clone(plain))
	return &wrapping.BlobInfo{Ciphertext: []byte(reply.Data.Ciphertext),
		KeyInfo: &wrapping.KeyInfo{KeyId: t.keyID(version)}}, nil
}

// sawVersion notes a version of the key. An answer that comes late tells of a version that is the newest no more.
func (t *transit) sawVersion(version int64) {
	for {
		newest := t.newest.Load()
		if version <= newest || t.newest.CompareAndSwap(newest, version) {
			return
		}
	}
}

func (t *transit) keyID(version int64) string { return fmt.Sprintf("%sv%d", t.idPrefix, version) }

// Decrypt unwraps what any version of the key has wrapped. What was wrapped or unwrapped not long ago needs no call.
func (t *transit) Decrypt(ctx context.Context, blob *wrapping.BlobInfo) ([]byte, error) {
	wrapped := string(blob.GetCiphertext())
	return t.known.unwrap(ctx, wrapped, func(ctx context.Context) ([]byte, error) { return t.decrypt(ctx, wrapped) })
}

func (t *transit) decrypt(ctx context.Context, wrapped string) ([]byte, error) {
	var reply struct{ Data struct{ Plaintext string } }
	if err := t.call(ctx, t.mount+"/decrypt/"+t.name, map[string]string{"ciphertext": wrapped}, &reply); err != nil {
		return nil, err
	}
	plain, err := base64.StdEncoding.DecodeString(reply.Data.Plaintext)
	if err != nil || len(plain) == 0 {
		return nil, errors.New("it answered without a plaintext")
	}
	return plain, nil
}

// KeyId returns the id of the newest version that Vault has told of.
func (t *transit) KeyId(context.Context) (string, error) { return t.keyID(t.newest.Load()), nil }

// keepToken renews the token when half of its time has passed, as long as Vault lets it. A token that cannot be renewed
// is used for as long as it holds.
func (t *transit) keepToken() {
	ctx, cancel := context.WithTimeout(context.Background(), transitLimit)
	defer cancel()
	var reply struct {
		Auth struct {
			LeaseDuration int64 `json:"lease_duration"` // in seconds
			Renewable     bool
		}
	}
	err := t.call(ctx, "auth/token/renew-self", map[string]string{}, &reply)
	lease := time.Duration(min(max(reply.Auth.LeaseDuration, 0), maxLease)) * time.Second
	if err == nil && reply.Auth.Renewable && lease > 0 {
		time.AfterFunc(max(lease/2, time.Second), t.keepToken)
	}
}

// maxLease bounds what Vault says of a token's life, in seconds.
const maxLease = 30 * 24 * 60 * 60

// call posts a request to Vault and decodes its reply.
func (t *transit) call(ctx context.Context, path string, body map[string]string, reply any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.address+"/v1/"+path, bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Vault-Request", "true")
	request.Header.Set("X-Vault-Token", t.token)
	if namespace := os.Getenv("VAULT_NAMESPACE"); namespace != "" {
		request.Header.Set("X-Vault-Namespace", namespace)
	}
	response, err := t.client.Do(request)
	if err != nil {
		return fmt.Errorf("call of Vault: %w", err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxTransitBody))
	if err != nil {
		return fmt.Errorf("call of Vault: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		var refusal struct{ Errors []string }
		_ = json.Unmarshal(content, &refusal)
		return fmt.Errorf("refused by Vault: %s %s", response.Status, strings.Join(refusal.Errors, ", "))
	}
	if err := json.Unmarshal(content, reply); err != nil {
		return fmt.Errorf("the answer of Vault cannot be read: %w", err)
	}
	return nil
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return "", text, false
	}
	return text[:at], text[at+len(separator):], true
}
