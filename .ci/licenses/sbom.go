package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

// ownLicense is the product's.
const ownLicense = "MIT"

// completeSBOM writes the licences and the time into an SBOM in CycloneDX's JSON. Every component must be one of
// those given.
func completeSBOM(path string, components []component) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(file, cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	known := map[string]component{}
	for _, c := range components {
		known[c.Name()] = c
	}
	for i := range *bom.Components {
		described := &(*bom.Components)[i]
		c, ok := known[described.Name+"@"+described.Version]
		if !ok {
			return fmt.Errorf("%s: %s@%s is not linked", path, described.Name, described.Version)
		}
		var licenses cyclonedx.Licenses
		for _, id := range c.Licenses {
			licenses = append(licenses, cyclonedx.LicenseChoice{License: &cyclonedx.License{ID: id}})
		}
		described.Licenses = &licenses
	}
	if err := date(&bom); err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	encoder := cyclonedx.NewBOMEncoder(out, cyclonedx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.EncodeVersion(&bom, bom.SpecVersion); err != nil {
		return err
	}
	return out.Close()
}

// date gives the SBOM the time of the commit, and takes away what differs with the machine that builds its tool.
func date(bom *cyclonedx.BOM) error {
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	bom.Metadata.Timestamp = time.Unix(seconds, 0).UTC().Format(time.RFC3339)
	bom.Metadata.Component.Licenses = &cyclonedx.Licenses{{License: &cyclonedx.License{ID: ownLicense}}}
	for i := range *bom.Metadata.Tools.Tools {
		(*bom.Metadata.Tools.Tools)[i].Hashes = nil
	}
	return nil
}
