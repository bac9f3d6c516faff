public import HTTP
public import Kernel

/// Why a bucket did not do what it was asked for, in words that say what to change.
public enum S3Fault: Fault, Equatable {
    /// The key is not known, its secret is wrong, or it may not do this.
    case keyRefused(code: String)
    case noBucket(String)
    /// The bucket lives elsewhere; the region that the server names, when it does.
    case wrongRegion(String?)
    /// The clocks differ by more than the quarter of an hour that the signature allows; our time less theirs.
    case clockDiffers(seconds: Int?)
    /// The server asks for patience, still after several attempts.
    case slowDown
    /// Something else that the server says.
    case refused(status: Int, code: String)
    case unreachable(HTTPFault)
    /// The answer is not of the form that S3 gives.
    case nonsense(status: Int)
    /// A local file that was to be sent could not be read.
    case unreadableFile

    public var isPassing: Bool {
        switch self {
        case .slowDown, .clockDiffers: true
        case .refused(let status, _), .nonsense(let status): status >= 500 || status == 409 || status == 429
        case .unreachable(let fault): fault.isPassing
        case .keyRefused, .noBucket, .wrongRegion, .unreadableFile: false
        }
    }

    public var description: String {
        switch self {
        case .keyRefused("InvalidAccessKeyId"): "the storage does not know the access key (ZVONAR_S3_ACCESS_KEY)"
        case .keyRefused("SignatureDoesNotMatch"): "the secret key does not fit the access key (ZVONAR_S3_SECRET_KEY)"
        case .keyRefused(let code): "the access key may not do this in the bucket (\(code))"
        case .noBucket(let name): "there is no bucket \(name)"
        case .wrongRegion(let region):
            "the region is wrong" + (region.map { ", the bucket is in \($0)" } ?? "") + " (ZVONAR_S3_REGION)"
        case .clockDiffers(let seconds):
            "this machine's clock is not that of the storage"
                + (seconds.map { ", it is \(abs($0)) s \($0 < 0 ? "behind" : "ahead")" } ?? "")
        case .slowDown: "the storage asks to slow down"
        case .refused(let status, let code): "the storage refused: \(status) \(code)"
        case .unreachable(let fault): "the storage is unreachable: \(fault)"
        case .nonsense(let status): "the storage answered nonsense with status \(status)"
        case .unreadableFile: "a file to be stored could not be read"
        }
    }
}
