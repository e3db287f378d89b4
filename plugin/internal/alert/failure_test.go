package alert

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// says is a receiver that answers each connection with the words, whatever they are.
func says(t *testing.T, words string) string {
	t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, words)
			_ = conn.Close()
		}
	}))
	t.Cleanup(receiver.Close)
	return receiver.URL
}

// TestErrorsAreOfOurOwnWords holds that no error repeats what a receiver has answered, its name or its address, and
// that each says what is wrong.
func TestErrorsAreOfOurOwnWords(t *testing.T) {
	const canary = "T0PS3CRET"
	secured := httptest.NewTLSServer(http.NotFoundHandler())
	secured.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer secured.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	for name, c := range map[string]struct{ address, want string }{
		"a malformed Location": {
			says(t, "HTTP/1.1 302 Found\r\nLocation: http://[::"+canary+"%zz\r\n\r\n"), "redirects (status 302)",
		},
		"a malformed status": {says(t, "HTTP/1.1 "+canary+" \r\n\r\n"), "not answer in HTTP"},
		"another protocol":   {says(t, canary+"\r\n\r\n"), "not answer in HTTP"},
		"a malformed header": {says(t, "HTTP/1.1 200 OK\r\n"+canary+"\r\n\r\n"), "not answer in HTTP"},
		"an odd length": {
			says(t, "HTTP/1.1 200 OK\r\nContent-Length: "+canary+"\r\n\r\n"), "not answer in HTTP",
		},
		"words behind a status":  {says(t, "HTTP/1.1 403 "+canary+"\r\n\r\n"), "answers with status 403"},
		"no answer":              {says(t, ""), "closed the connection"},
		"an unknown host":        {"https://" + strings.Repeat("x", 64) + canary + ".example", "name of the receiver"},
		"an unknown certificate": {secured.URL, "certificate of the receiver"},
		"nobody there":           {"http://" + gone.Addr().String(), "refuses the connection"},
		"no encryption":          {strings.Replace(says(t, canary), "http://", "https://", 1), "encrypted connection"},
	} {
		for _, err := range []error{
			caller().Tell(t.Context(), c.address+"/hook/"+canary, key, event),
			caller().Beat(t.Context(), c.address+"/hook/"+canary),
		} {
			said := fmt.Sprintf("%v %+v", err, err)
			if err == nil || !strings.Contains(said, c.want) ||
				strings.Contains(strings.ToLower(said), strings.ToLower(canary)) ||
				strings.Contains(said, "127.0.0.1") {
				t.Errorf("%s: %s, want %q", name, said, c.want)
			}
		}
	}
}
