package text_test

import (
	"encoding/json"
	"fmt"
	"testing/fstest"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// A program embeds its translations with //go:embed texts/*.json.
var files = fstest.MapFS{"texts/de.json": {Data: []byte(`{
	"{host} answered {ago}.": "{host} hat {ago} geantwortet.",
	"a minute ago || {count} minutes ago": {"one": "vor einer Minute", "other": "vor {count} Minuten"}
}`)}}

// A text is made where something is found out, kept for as long as need be, and written for the one who reads it.
func Example() {
	ago := text.Of("a minute ago || {count} minutes ago", "count", 3)
	kept, err := json.Marshal(text.Of("{host} answered {ago}.", "host", "smtp.email.com", "ago", ago))
	if err != nil {
		fmt.Println(err)
	}
	var said text.Text
	if err := json.Unmarshal(kept, &said); err != nil {
		fmt.Println(err)
	}
	catalog := text.NewCatalog(files, "texts")
	fmt.Println(catalog.Language("de-AT").Render(said))
	fmt.Println(catalog.Language("en").Render(said))
	fmt.Println(said) // as in logs and errors
	// Output:
	// smtp.email.com hat vor 3 Minuten geantwortet.
	// smtp.email.com answered 3 minutes ago.
	// smtp.email.com answered 3 minutes ago.
}
