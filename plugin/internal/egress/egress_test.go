package egress_test

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/egress"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

func networks(t testing.TB, texts ...string) []egress.Network {
	t.Helper()
	list := make([]egress.Network, len(texts))
	for i, text := range texts {
		if err := list[i].UnmarshalText([]byte(text)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return list
}

func policy(t testing.TB, allow, deny []egress.Network) egress.Policy {
	t.Helper()
	made, err := egress.New(allow, deny)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func permits(p egress.Policy, address string) bool {
	return p.Permit(netip.AddrPortFrom(netip.MustParseAddr(address), 25)) == nil
}

func TestPermit(t *testing.T) {
	open := policy(t, nil, nil)
	closed := policy(t, networks(t, "10.0.0.0/8", "192.0.2.7", "2001:db8::/32"), networks(t, "10.1.0.0/16"))
	for _, c := range []struct {
		address       string
		open, limited bool
	}{
		{"192.0.2.7", true, true},
		{"192.0.2.8", true, false},
		{"127.0.0.1", true, false},
		{"::1", true, false},
		{"10.2.3.4", true, true},
		{"10.1.3.4", true, false},
		{"::ffff:10.2.3.4", true, true},
		{"::ffff:10.1.3.4", true, false},
		{"2001:db8::1", true, true},
		{"2001:db8::5efe:10.2.3.4", true, true},
		{"2001:db8::5efe:192.0.2.9", true, false}, // An address that is not allowed, in a network that is.
		{"2001:db8::5efe:10.1.3.4", true, false},
		{"64:ff9b::a01:304", true, false}, // 10.1.3.4 behind a translator
		{"169.254.169.254", false, false},
		{"::ffff:169.254.169.254", false, false},
		{"::169.254.169.254", false, false},
		{"::ffff:0:169.254.169.254", false, false},
		{"64:ff9b::a9fe:a9fe", false, false},
		{"64:ff9b:1::a9fe:a9fe", false, false},
		{"64:ff9b:1:a9fe:a9:fe00::", false, false},
		{"64:ff9b:1:a9:fe:a9fe::", false, false},
		{"64:ff9b:1:0:a9:fea9:fe00:0", false, false},
		{"2002:a9fe:a9fe::1", false, false},
		{"2001:0:a9fe:a9fe::", false, false},
		{"2001:0:c000:201:0:0:5601:5601", false, false}, // 169.254.169.254, inverted
		{"2001:db8::200:5efe:a9fe:a9fe", false, false},
		{"fe80::1", false, false},
		{"fe80::1%eth0", false, false},
		{"fe80::a9fe:a9fe", false, false},
		{"fd00:ec2::254", false, false},
		{"fd00:ec2::23", false, false},
		{"fd20:ce::254", false, false},
		{"fd00:c1::a9fe:a9fe", false, false},
		{"100.100.100.200", false, false},
		{"192.0.0.192", false, false},
		{"168.63.129.16", false, false},
		{"224.0.0.1", false, false},
		{"ff02::1", false, false},
		{"255.255.255.255", false, false},
		{"0.0.0.0", false, false},
		{"::ffff:0.0.0.0", false, false},
		{"::", false, false},
	} {
		if got := permits(open, c.address); got != c.open {
			t.Errorf("without a policy %s is permitted: %t", c.address, got)
		}
		if got := permits(closed, c.address); got != c.limited {
			t.Errorf("with a policy %s is permitted: %t", c.address, got)
		}
	}
}

// TestNetworks reads entries as they are meant.
func TestNetworks(t *testing.T) {
	for _, c := range []struct{ entry, inside, outside string }{
		{"10.0.0.0/8", "10.255.0.1", "11.0.0.1"},
		{"::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1"},
		{"::ffff:10.0.0.7", "10.0.0.7", "10.0.0.8"},
		{"::ffff:10.0.0.0/104", "::ffff:10.255.0.1", "::ffff:11.0.0.1"},
		{"::ffff:0:0/96", "192.0.2.1", "2001:db8::1"},
		{"0.0.0.0/0", "192.0.2.1", "2001:db8::1"},
		{"::/0", "2001:db8::1", "192.0.2.1"},
		{"::/96", "::127.0.0.1", "127.0.0.1"},
		{"64:ff9b::/96", "64:ff9b::192.0.2.1", "192.0.2.1"},
		{"64:ff9b::192.0.2.0/120", "64:ff9b::192.0.2.1", "64:ff9b::192.0.3.1"},
		{"2002::/16", "2002:c000:201::1", "192.0.2.1"},
		{"2001:db8::1", "2001:db8::1", "2001:db8::2"},
	} {
		denying, allowing := policy(t, nil, networks(t, c.entry)), policy(t, networks(t, c.entry), nil)
		if permits(denying, c.inside) || !permits(denying, c.outside) {
			t.Errorf("deny %s: %s is permitted %t, %s %t", c.entry, c.inside, permits(denying, c.inside), c.outside,
				permits(denying, c.outside))
		}
		if !permits(allowing, c.inside) || permits(allowing, c.outside) {
			t.Errorf("allow %s: %s is permitted %t, %s %t", c.entry, c.inside, permits(allowing, c.inside), c.outside,
				permits(allowing, c.outside))
		}
	}
	// A large network of IPv6 does not mean the IPv4 addresses that tunnels find in it.
	if wide := policy(t, networks(t, "2000::/3"), nil); permits(wide, "2002:0a00:0001::1") ||
		!permits(wide, "2001:db8::1") {
		t.Error("allow 2000::/3 reaches 10.0.0.1 through 6to4")
	}
}

// TestRefusedEntries says what is wrong with an entry.
func TestRefusedEntries(t *testing.T) {
	for entry, says := range map[string]string{
		"": "is neither an address nor a network", "example.com": "is neither", "10.0.0.0/33": "is neither",
		"10.0.0":    "is neither",
		"010.0.0.1": "is neither", "10.0.0.0/08": "is neither", "2130706433": "is neither", "0x7f.1": "is neither",
		"127.1":             "is neither",
		"10.0.0.1-10.0.0.9": "is neither", "10.*": "is neither", "[::1]": "is neither", " 10.0.0.1": "is neither",
		"10.0.0.1:25":         "is neither",
		"10.0.0.1/8":          "write 10.0.0.0/8 for the network, or 10.0.0.1 for the one address",
		"2001:db8::1/32":      "write 2001:db8::/32 for the network",
		"::ffff:10.0.0.1/104": "for the network",
		"fe80::1%eth0":        "must not name an interface",
		"fe80::%eth0/10":      "must not name an interface",
		"::ffc0:0:0/90":       "write 0.0.0.0/0 for IPv4",
		"::/64":               "write 0.0.0.0/0 for IPv4",
	} {
		var network egress.Network
		if err := network.UnmarshalText([]byte(entry)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", entry, err, says)
		}
	}
}

// TestContradictions refuses an entry of allow that allows nothing.
func TestContradictions(t *testing.T) {
	for _, c := range []struct {
		allow, deny []string
		key         string // of the entry; empty where all is well
	}{
		{[]string{"10.0.0.0/8"}, []string{"10.1.0.0/16"}, ""},
		{[]string{"192.0.2.1", "10.0.0.0/8"}, []string{"10.0.0.0/8"}, "allow/1"},
		{[]string{"10.1.2.3"}, []string{"10.0.0.0/8"}, "allow/0"},
		{[]string{"169.254.169.254"}, nil, "allow/0"},
		{[]string{"::ffff:169.254.0.0/112"}, nil, "allow/0"},
		{[]string{"0.0.0.0/0"}, nil, ""},
	} {
		_, err := egress.New(networks(t, c.allow...), networks(t, c.deny...))
		var refused *manifest.ValueError
		if (err != nil) != (c.key != "") || errors.As(err, &refused) && refused.Key != c.key {
			t.Errorf("allow %q, deny %q: %v", c.allow, c.deny, err)
		}
	}
}

// embeddings are the ways to write an IPv4 address as one of IPv6. exact says that nothing else of the address can be
// taken for another IPv4 address.
var embeddings = []struct {
	name  string
	exact bool
	in    func(a [4]byte) [16]byte
}{
	{"mapped", true, at("::ffff:0:0", 12, 13, 14, 15)},
	{"compatible", true, at("::", 12, 13, 14, 15)},
	{"translated", true, at("::ffff:0:0:0", 12, 13, 14, 15)},
	{"NAT64", true, at("64:ff9b::", 12, 13, 14, 15)},
	{"local NAT64 /96", true, at("64:ff9b:1:abcd::", 12, 13, 14, 15)},
	{"local NAT64 /96 at the beginning", false, at("64:ff9b:1::", 12, 13, 14, 15)},
	{"local NAT64 /64", false, at("64:ff9b:1::", 9, 10, 11, 12)},
	{"local NAT64 /56", false, at("64:ff9b:1::", 7, 9, 10, 11)},
	{"local NAT64 /48", false, at("64:ff9b:1::", 6, 7, 9, 10)},
	{"6to4", true, at("2002::1", 2, 3, 4, 5)},
	{"Teredo server", true, at("2001:0:0:0:0:0:3fff:fdfe", 4, 5, 6, 7)},
	{"Teredo client", true, func(a [4]byte) [16]byte {
		return at("2001:0:c000:201::", 12, 13, 14, 15)([4]byte{^a[0], ^a[1], ^a[2], ^a[3]})
	}},
	{"ISATAP", true, at("2001:db8:1:2:0:5efe::", 12, 13, 14, 15)},
	{"ISATAP, global", true, at("2001:db8:1:2:200:5efe::", 12, 13, 14, 15)},
}

func at(base string, places ...int) func([4]byte) [16]byte {
	return func(a [4]byte) [16]byte {
		bytes := netip.MustParseAddr(base).As16()
		for i, place := range places {
			bytes[place] = a[i]
		}
		return bytes
	}
}

// checkEmbeddings holds that an IPv4 address is denied in every form in which it is written, and in none when it is
// not.
func checkEmbeddings(t *testing.T, policy egress.Policy, four [4]byte) {
	t.Helper()
	plain := netip.AddrFrom4(four)
	denied := policy.Permit(netip.AddrPortFrom(plain, 25)) != nil
	for _, one := range embeddings {
		address := netip.AddrFrom16(one.in(four))
		if address == netip.IPv6Loopback() || address == netip.IPv6Unspecified() {
			continue // These two are addresses of their own.
		}
		if four[0] == 0 && strings.HasPrefix(one.name, "local") {
			continue // No address of a machine, and not to be told from what fills up the others.
		}
		got := policy.Permit(netip.AddrPortFrom(address, 25)) != nil
		if denied && !got || one.exact && got != denied {
			t.Errorf("%s is denied: %t; %s (%s): %t", plain, denied, address, one.name, got)
		}
	}
}

func TestEmbeddings(t *testing.T) {
	denying := policy(t, nil, networks(t, "10.0.0.0/8", "::ffff:192.168.0.0/112", "127.0.0.1"))
	for _, text := range []string{"10.0.0.0", "10.0.0.1", "10.255.255.255", "11.0.0.0", "9.255.255.255", "192.168.7.1",
		"127.0.0.1", "127.0.0.2", "1.2.3.4",
		"169.254.169.254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "0.0.0.1", "255.255.255.255", "224.0.0.1",
		"94.254.0.1", "0.94.254.1"} {
		checkEmbeddings(t, denying, netip.MustParseAddr(text).As4())
	}
}

func FuzzEmbeddings(f *testing.F) {
	f.Add(uint32(0x0a000001), uint32(0x0a000000), 8)
	f.Add(uint32(0x7f000001), uint32(0x7f000001), 32)
	f.Add(uint32(0xa9fea9fe), uint32(0), 0)
	f.Fuzz(func(t *testing.T, address, network uint32, bits int) {
		var a, n [4]byte
		binary.BigEndian.PutUint32(a[:], address)
		binary.BigEndian.PutUint32(n[:], network)
		prefix, err := netip.AddrFrom4(n).Prefix(bits)
		if err != nil {
			return
		}
		checkEmbeddings(t, policy(t, nil, networks(t, prefix.String())), a)
	})
}
