-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS fault_codes AS
WITH
    substring(reported_code, 1, 5) AS short,
    match(short, '^[PCBU][0-3][0-9A-F]{3}$') AS known,
    substring(short, 1, 1) AS letter,
    substring(short, 2, 1) AS origin,
    substring(short, 3, 1) AS digit
SELECT
    imei, event_time, received_time, source, account, raw_partition, raw_offset, lat, lng, status_flags,
    reported_code AS code,
    if(known, transform(letter, ['P', 'C', 'B', 'U'], ['powertrain', 'chassis', 'body', 'network'], ''), NULL) AS system,
    multiIf(NOT known, NULL,
        origin = '0' OR letter = 'P' AND (origin = '2' OR origin = '3' AND digit >= '4') OR letter = 'U' AND origin = '3', 'sae',
        letter IN ('B', 'C') AND origin = '3', 'reserved',
        'manufacturer') AS standard,
    if(known, digit, NULL) AS subsystem_digit,
    if(known AND letter = 'P' AND standard = 'sae', transform(digit,
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C'],
        ['fuel, air and emissions', 'fuel and air', 'fuel and air', 'ignition and misfire', 'emissions', 'speed and idle', 'control unit and outputs',
            'transmission', 'transmission', 'transmission', 'hybrid drive', 'hybrid drive', 'hybrid drive'], 'other'), NULL) AS subsystem,
    dictGetOrNull('dtc_dict', 'text', short) AS text
FROM (SELECT *, toString(one_code) AS reported_code FROM faults FINAL ARRAY JOIN codes AS one_code)
COMMENT 'One row is one trouble code of a report; system, standard and subsystem as SAE J2012 has them, text NULL where it is unknown';
