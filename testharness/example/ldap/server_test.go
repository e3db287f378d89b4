package ldap_test

import (
	"bufio"
	"net"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// The operations of LDAP (RFC 4511 section 4): a request, and how far from it the reply is.
const (
	opBind     = 0
	opSearch   = 3
	opExtended = 23

	opSearchEntry = 4
)

// answer is what the scripted server says to a request.
type answer struct {
	code      int
	message   string
	matched   string
	referral  string
	entries   []string // DNs
	attribute string   // of the entries, with values
	values    []string
	silent    bool
}

// startServer runs a server that gives the answers by operation; success to all others. It speaks no TLS.
func startServer(t *testing.T, answers map[ber.Tag]answer) string {
	t.Helper()
	return startRaw(t, func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		for {
			request, err := ber.ReadPacket(reader)
			if err != nil {
				return
			}
			if len(request.Children) < 2 || !reply(conn, request, answers[request.Children[1].Tag]) {
				return
			}
		}
	})
}

// startRaw runs a server that does what is given with each connection.
func startRaw(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// reply answers a request and reports whether the connection goes on.
func reply(conn net.Conn, request *ber.Packet, said answer) bool {
	id, operation := request.Children[0].Value, request.Children[1].Tag
	if said.silent {
		return true
	}
	if operation != opBind && operation != opSearch && operation != opExtended {
		return false
	}
	for _, dn := range said.entries {
		entry := operationPacket(opSearchEntry)
		entry.AppendChild(octets(dn))
		attributes := sequence()
		if said.attribute != "" {
			attribute, values := sequence(), ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
			attribute.AppendChild(octets(said.attribute))
			for _, value := range said.values {
				values.AppendChild(octets(value))
			}
			attribute.AppendChild(values)
			attributes.AppendChild(attribute)
		}
		entry.AppendChild(attributes)
		write(conn, id, entry)
	}
	after := map[ber.Tag]ber.Tag{opBind: 1, opSearch: 2, opExtended: 1}
	result := operationPacket(operation + after[operation])
	result.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, said.code, ""))
	result.AppendChild(octets(said.matched))
	result.AppendChild(octets(said.message))
	if said.referral != "" {
		referral := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "")
		referral.AppendChild(octets(said.referral))
		result.AppendChild(referral)
	}
	write(conn, id, result)
	return true
}

func write(conn net.Conn, id any, operation *ber.Packet) {
	message := sequence()
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	message.AppendChild(operation)
	_, _ = conn.Write(message.Bytes())
}

func operationPacket(tag ber.Tag) *ber.Packet {
	return ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
}

func sequence() *ber.Packet {
	return ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
}

func octets(text string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, "")
}
