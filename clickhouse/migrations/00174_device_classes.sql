-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW device_classes
(
    imei          String,
    vehicle_class String COMMENT 'car, van, truck, bus or motorcycle: whose thresholds the rules take; car where the definition says nothing'
)
AS
WITH
    [('minibus', 'bus'), ('bus', 'bus'), ('coach', 'bus'),
     ('mtc', 'motorcycle'), ('moto', 'motorcycle'), ('motorbike', 'motorcycle'), ('scooter', 'motorcycle'), ('moped', 'motorcycle'), ('bike', 'motorcycle'),
     ('pickup', 'car'), ('pick-up', 'car'), ('suv', 'car'), ('taxi', 'car'), ('per', 'car'), ('auto', 'car'), ('car', 'car'), ('sedan', 'car'),
     ('van', 'van'), ('minivan', 'van'), ('light truck', 'van'), ('light_truck', 'van'), ('transporter', 'van'),
     ('truck', 'truck'), ('lorry', 'truck'), ('hgv', 'truck'), ('heavy', 'truck'), ('tractor', 'truck'), ('trailer', 'truck'), ('tanker', 'truck')] AS words,
    lower(trimBoth(d.vehicle_class)) AS word
SELECT imei,
    coalesce(nullIf(arrayFirst(w -> startsWith(word, w.1), words).2, ''),
        nullIf(arrayFirst(c -> c != '', arrayMap(part -> arrayFirst(w -> w.1 = part, words).2, splitByRegexp('[^a-z]+', word))), ''), 'car') AS vehicle_class
FROM devices_now AS d
COMMENT 'One row is one device and its class, read out of the word that its definition has';
