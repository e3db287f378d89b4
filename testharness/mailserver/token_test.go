package mailserver

import (
	"net"
	"strconv"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// googles is XOAUTH2, which go-sasl does not have.
type googles struct{ login, token string }

func (g googles) Start() (string, []byte, error) {
	return xoauth2, []byte("user=" + g.login + "\x01auth=Bearer " + g.token + "\x01\x01"), nil
}

func (g googles) Next([]byte) ([]byte, error) { return []byte{}, nil }

// TestTokens logs in with tokens, by either mechanism.
func TestTokens(t *testing.T) {
	server := &Server{TakesToken: func(login, token string) bool { return login == "me=a,b" && token == "good" }}
	if err := server.Start(0); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, c := range []struct {
		client sasl.Client
		good   bool
	}{
		{googles{"me=a,b", "good"}, true},
		{googles{"me=a,b", "other"}, false},
		{googles{"you", "good"}, false},
		{sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: "me=3Da=2Cb", Token: "good"}), true},
		{sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: "you", Token: "good"}), false},
		{sasl.NewPlainClient("", "me=a,b", "good"), false},
	} {
		client, err := smtp.Dial(net.JoinHostPort("127.0.0.1", strconv.Itoa(server.Port())))
		if err != nil {
			t.Fatal(err)
		}
		err = client.Auth(c.client)
		if (err == nil) != c.good {
			t.Errorf("%+v: %v", c.client, err)
		}
		if err := client.Mail("me@practice.example", nil); (err == nil) != c.good {
			t.Errorf("%+v: the sender: %v", c.client, err)
		}
		_ = client.Close()
	}
}
