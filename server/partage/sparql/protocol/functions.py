"""
Extension functions that an engine may bring: OGC GeoSPARQL 1.1
(https://docs.ogc.org/is/22-047r1/22-047r1.html). Which of them it has is tried, not assumed.
"""

GEOSPARQL = "http://www.opengis.net/def/function/geosparql/"
CANDIDATES = tuple(
    GEOSPARQL + name
    for name in (
        "area", "asGML", "asGeoJSON", "asKML", "asWKT", "boundary", "boundingCircle", "buffer",
        "centroid", "concaveHull", "convexHull", "coordinateDimension", "difference", "dimension",
        "distance", "ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside",
        "ehMeet", "ehOverlap", "envelope", "geometryN", "geometryType", "getSRID", "intersection",
        "is3D", "isEmpty", "isMeasured", "isSimple", "length", "maxX", "maxY", "maxZ",
        "metricArea", "metricBuffer", "metricDistance", "metricLength", "metricPerimeter", "minX",
        "minY", "minZ", "numGeometries", "perimeter", "rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp",
        "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi", "relate", "sfContains", "sfCrosses",
        "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin",
        "spatialDimension", "symDifference", "transform", "union",
    )
)  # fmt: skip
