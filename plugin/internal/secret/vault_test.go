package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// vault speaks the two endpoints of Vault's Transit engine that matter here. Its keys are numbers that are added. One
// of them can be held back until the test releases it.
type vault struct {
	encryptions, decryptions atomic.Int64
	arrived                  chan string   // told of each request that waits
	release                  chan struct{} // closed to let what waits go on
	once                     sync.Once     // closes it

	mu      sync.Mutex
	version int
	hold    string // "encrypt" or "decrypt" waits
}

// newVault starts one and has the keyring's token be the right one. It returns the source of its key.
func newVault(t *testing.T) (v *vault, source string) {
	t.Helper()
	v = &vault{version: 1, arrived: make(chan string, 1000), release: make(chan struct{})}
	server := httptest.NewServer(v)
	t.Cleanup(server.Close)
	t.Cleanup(v.goOn)
	t.Setenv("VAULT_TOKEN", "t0ken")
	return v, "transit+http://" + server.Listener.Addr().String() + "/transit/smtp"
}

// goOn lets what waits go on.
func (v *vault) goOn() { v.once.Do(func() { close(v.release) }) }

func (v *vault) set(version int, hold string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.version, v.hold = version, hold
}

func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Vault-Token") != "t0ken" {
		http.Error(w, `{"errors":["permission denied"]}`, http.StatusForbidden)
		return
	}
	var body map[string]string
	_ = json.NewDecoder(r.Body).Decode(&body)
	v.mu.Lock()
	version, hold := v.version, v.hold
	v.mu.Unlock()
	if hold != "" && strings.Contains(r.URL.Path, "/"+hold+"/") {
		v.arrived <- hold
		<-v.release
	}
	data := map[string]string{}
	switch r.URL.Path {
	case "/v1/transit/encrypt/smtp":
		v.encryptions.Add(1)
		plain, _ := base64.StdEncoding.DecodeString(body["plaintext"])
		data["ciphertext"] = fmt.Sprintf("vault:v%d:%s", version, base64.StdEncoding.EncodeToString(shift(plain, version)))
	case "/v1/transit/decrypt/smtp":
		v.decryptions.Add(1)
		parts := strings.SplitN(body["ciphertext"], ":", 3)
		version, _ := strconv.Atoi(strings.TrimPrefix(parts[1], "v"))
		encrypted, _ := base64.StdEncoding.DecodeString(parts[2])
		data["plaintext"] = base64.StdEncoding.EncodeToString(shift(encrypted, -version))
	default:
		http.Error(w, `{"errors":["no handler"]}`, http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

func shift(text []byte, by int) []byte {
	shifted := make([]byte, len(text))
	for i, b := range text {
		shifted[i] = b + byte(by)
	}
	return shifted
}
