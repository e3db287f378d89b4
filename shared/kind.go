package shared

// Kind says what a field holds and how it is edited.
type Kind string

// The kinds. The set grows: a host shows a field of a kind that it does not know as one of the kind's fallback; see
// [Kind.Fallback].
const (
	// KindText is one line of text.
	KindText Kind = "text"
	// KindMultiline is text of several lines, such as a PEM certificate.
	KindMultiline Kind = "multiline"
	// KindInteger is a whole number from -(2^53-1) to 2^53-1, which is what every language has.
	KindInteger Kind = "integer"
	// KindDecimal is a number, such as 0.75.
	KindDecimal Kind = "decimal"
	// KindBoolean is a tick-box. Its default is false.
	KindBoolean Kind = "boolean"
	// KindChoice is one of Options, or nothing where the field is not required and has no default. An option whose Value
	// is empty names that.
	KindChoice Kind = "choice"
	// KindChoices is a list of some of Options, each at most once.
	KindChoices Kind = "choices"
	// KindList is a list of texts, in an order that the administrator decides on. None of them is empty.
	KindList Kind = "list"
	// KindMap is texts by key. Neither a key nor a text is empty.
	KindMap Kind = "map"
	// KindEmail is an e-mail address.
	KindEmail Kind = "email"
	// KindURL is an absolute URL with a host, of one of Schemes, without a user name or password (RFC 3986).
	KindURL Kind = "url"
	// KindHostPort is a host and a port as text, such as "a.example:636" or "[::1]:636".
	KindHostPort Kind = "host_port"
	// KindDuration is a length of time as text, such as "30s" or "1h30m": numbers with the units h, m, s, ms, us and ns,
	// the larger one first; "0" alone has none. [time.ParseDuration] reads it.
	KindDuration Kind = "duration"
	// KindByteSize is a number of bytes, as an integer. People write it with a unit, such as 10 MiB or 2 MB.
	KindByteSize Kind = "byte_size"
	// KindDate is a day of the calendar as text, such as "2026-12-31" (RFC 3339, full-date).
	KindDate Kind = "date"
	// KindFile is the text of a file, which is read into the field where the page is shown. It has no more than 65,536
	// characters when Max says nothing else.
	KindFile Kind = "file"
	// KindAuthorization is a permission that is given in a browser, such as by signing in. It is Sensitive, and its Action
	// asks for it. What comes in as its text is a ticket; see [ActionResult.Tickets].
	KindAuthorization Kind = "authorization"
)

// kindTraits is what follows from a kind. Everything that differs by kind and is a fact is here.
type kindTraits struct {
	form     Form
	fallback Kind // what a host shows that does not know the kind
	bounded  bounded
	// pattern is what the whole of a text must look like, for kinds whose form says it; it is a regular expression that
	// means the same in RE2 and in ECMA 262.
	pattern string
	// secret kinds can be Sensitive.
	secret bool
	// lines may be several.
	lines bool
}

// bounded says what Min and Max bound.
type bounded int

const (
	byNothing bounded = iota
	byValue
	byLength  // characters
	byEntries // of a list or a map
)

var kinds = map[Kind]kindTraits{
	KindText:          {form: FormText, fallback: KindText, bounded: byLength, secret: true},
	KindMultiline:     {form: FormText, fallback: KindMultiline, bounded: byLength, secret: true, lines: true},
	KindInteger:       {form: FormInteger, fallback: KindInteger, bounded: byValue},
	KindDecimal:       {form: FormDecimal, fallback: KindDecimal, bounded: byValue},
	KindBoolean:       {form: FormBoolean, fallback: KindBoolean},
	KindChoice:        {form: FormText, fallback: KindText},
	KindChoices:       {form: FormList, fallback: KindList, bounded: byEntries},
	KindList:          {form: FormList, fallback: KindList, bounded: byEntries},
	KindMap:           {form: FormMap, fallback: KindMap, bounded: byEntries},
	KindEmail:         {form: FormText, fallback: KindText, bounded: byLength},
	KindURL:           {form: FormText, fallback: KindText, bounded: byLength},
	KindHostPort:      {form: FormText, fallback: KindText, bounded: byLength, pattern: hostPortPattern},
	KindDuration:      {form: FormText, fallback: KindText, bounded: byValue, pattern: durationPattern},
	KindByteSize:      {form: FormInteger, fallback: KindInteger, bounded: byValue},
	KindDate:          {form: FormText, fallback: KindText, bounded: byValue, pattern: datePattern},
	KindFile:          {form: FormText, fallback: KindMultiline, bounded: byLength, secret: true, lines: true},
	KindAuthorization: {form: FormText, fallback: KindText, secret: true},
}

// allKinds are the kinds in the order in which they are told.
var allKinds = []Kind{
	KindText, KindMultiline, KindInteger, KindDecimal, KindBoolean, KindChoice, KindChoices, KindList, KindMap, KindEmail,
	KindURL, KindHostPort, KindDuration, KindByteSize, KindDate, KindFile, KindAuthorization,
}

// Kinds returns the kinds that this version of the contract has.
func Kinds() []Kind { return append([]Kind(nil), allKinds...) }

// Known reports whether this version of the contract has the kind.
func (k Kind) Known() bool { _, known := kinds[k]; return known }

// Form returns what values of the kind look like. One of FormDecimal may be an integer as well. An unknown kind has
// none.
func (k Kind) Form() Form { return kinds[k].form }

// Fallback returns the kind as which a host shows a field of a kind that it does not know: one whose values have the
// same form, so that they can be shown and changed without loss, as the plugin alone knows what is allowed. Kinds that
// every host knows are their own. An unknown kind has none.
func (k Kind) Fallback() Kind { return kinds[k].fallback }
