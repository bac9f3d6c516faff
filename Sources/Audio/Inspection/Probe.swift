/// What ffprobe prints, as far as we ask for it.
struct Probe: Decodable {
    struct Stream: Decodable {
        let codecType: String?
        let codecName: String?
        let codecTag: String?
        let sampleRate: String?
        let channels: Int?
        let duration: String?

        enum CodingKeys: String, CodingKey {
            case codecType = "codec_type"
            case codecName = "codec_name"
            case codecTag = "codec_tag_string"
            case sampleRate = "sample_rate"
            case channels, duration
        }
    }

    struct Format: Decodable {
        let duration: String?
    }

    let streams: [Stream]
    let format: Format?
}
