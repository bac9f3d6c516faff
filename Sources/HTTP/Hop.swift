import Foundation

/// The way of one request through redirects; each hop has the whole of its timeouts.
struct Hop {
    var request: HTTPRequest
    private var left: Int

    init(_ request: HTTPRequest) {
        self.request = request
        left =
            switch request.redirects {
            case .refuse: 0
            case .follow(let atMost): atMost
            }
    }

    /// Turns to where an answer points; false when the answer is what the caller gets.
    mutating func follow(status: Int, headers: HTTPHeaders) throws(HTTPFault) -> Bool {
        guard case .follow = request.redirects, request.method == .get || request.method == .head,
            [301, 302, 303, 307, 308].contains(status),
            let location = headers["Location"], let url = URL(string: location, relativeTo: request.url)?.absoluteURL,
            isAllowed(url)
        else { return false }
        guard left > 0 else {
            throw HTTPFault(.tooManyRedirects, origin: request.origin, mayHaveReachedServer: true)
        }
        left -= 1
        let origin = request.origin
        request.url = url
        if request.origin != origin { request.headers = request.headers.withoutCredentials() }
        return true
    }

    private func isAllowed(_ url: URL) -> Bool {
        switch url.scheme?.lowercased() {
        case "https": true
        case "http": request.url.scheme?.lowercased() == "http"
        default: false
        }
    }
}
