package acceptance

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// fakeEndpoint is the token endpoint of Microsoft or Google, under its own name: an HTTPS server that is reached
// through a proxy which leads that name, and the name of the mail server, to this machine.
type fakeEndpoint struct {
	proxy string // the address of the proxy, for the form

	mu       sync.Mutex
	answer   http.HandlerFunc
	requests []endpointRequest
}

// endpointRequest is a token request as it came.
type endpointRequest struct {
	host, path string
	header     http.Header
	form       url.Values
}

// startFakeEndpoint starts the endpoint under the names, and the proxy, which also leads to the mail servers: addresses
// by name and port.
func startFakeEndpoint(
	t testing.TB, authority *mailserver.Authority, names []string, mail map[string]string,
) *fakeEndpoint {
	t.Helper()
	config, err := authority.Config(mailserver.Request{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	e := &fakeEndpoint{}
	server := &http.Server{Handler: http.HandlerFunc(e.serve)}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	routes := map[string]string{}
	for _, name := range names {
		routes[name+":443"] = listener.Addr().String()
	}
	for name, address := range mail {
		routes[name] = address
	}
	e.proxy = startLeadingProxy(t, routes)
	return e
}

func (e *fakeEndpoint) serve(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	e.mu.Lock()
	e.requests = append(e.requests, endpointRequest{r.Host, r.URL.Path, r.Header.Clone(), r.PostForm})
	answer := e.answer
	e.mu.Unlock()
	answer(w, r)
}

// answering has the endpoint answer in another way, and forgets the requests so far.
func (e *fakeEndpoint) answering(answer http.HandlerFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer, e.requests = answer, nil
}

// received are the requests since the last change of the answer.
func (e *fakeEndpoint) received() []endpointRequest {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.requests
}

// sending answers with a status, headers ("Name: value") and a body.
func sending(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// givingToken answers with an access token.
func givingToken(token string) http.HandlerFunc {
	return sending(http.StatusOK, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,"access_token":%q}`, token))
}

// startLeadingProxy starts an HTTP proxy that leads to other addresses than those that are asked for, and nowhere else.
func startLeadingProxy(t testing.TB, routes map[string]string) string {
	t.Helper()
	return "http://" + acceptEach(t, func(conn net.Conn) { lead(conn, routes) }).String()
}

func lead(conn net.Conn, routes map[string]string) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	request, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	target, err := net.Dial("tcp", routes[request.Host])
	if request.Method != http.MethodConnect || err != nil {
		fmt.Fprint(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer target.Close()
	fmt.Fprint(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(target, reader)
		_ = target.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(conn, target)
}
