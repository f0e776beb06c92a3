// node validate.cjs DIRECTORY cyclonedx|sarif FILE: validates FILE against the published schema that schemas.sh put into DIRECTORY.
const path = require('path');
const [directory, kind, file] = process.argv.slice(2);
const load = name => require(path.join(path.resolve(directory), 'node_modules', name));
// SARIF's schema is written in draft 04, CycloneDX's in draft 07.
const Ajv = load(kind === 'sarif' ? 'ajv-draft-04' : 'ajv').default;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
load('ajv-formats').default(ajv);
// Formats that ajv does not know: the validator of the CycloneDX project treats them as text too.
ajv.addFormat('iri-reference', true);
ajv.addFormat('idn-email', true);
let schema;
if (kind === 'cyclonedx') {
  const schemas = '@cyclonedx/cyclonedx-library/res/schema/';
  ajv.addSchema(load(schemas + 'spdx.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(load(schemas + 'jsf-0.82.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
  schema = load(schemas + 'bom-1.6.SNAPSHOT.schema.json');
} else {
  schema = load('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
}
const validate = ajv.compile(schema);
if (!validate(JSON.parse(require('fs').readFileSync(file)))) {
  console.error(JSON.stringify(validate.errors, null, 1));
  process.exit(1);
}
