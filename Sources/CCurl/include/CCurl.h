#ifndef ZVONAR_CURL_H
#define ZVONAR_CURL_H

#include <curl/curl.h>

// libcurl's options are variadic functions, which Swift does not import: one function here for each type of value.

CURLcode zvonar_curl_set_number(CURL *easy, CURLoption option, long value);
CURLcode zvonar_curl_set_size(CURL *easy, CURLoption option, curl_off_t value);
/// libcurl copies the text.
CURLcode zvonar_curl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode zvonar_curl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode zvonar_curl_get_number(CURL *easy, CURLINFO info, long *value);

typedef size_t (*zvonar_curl_receive)(char *bytes, size_t size, size_t count, void *context);
typedef int (*zvonar_curl_before_request)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);

/// `on_head` is given one header line at a time, `on_body` what follows, `before_request` runs before each sending.
CURLcode zvonar_curl_set_callbacks(
    CURL *easy, void *context, zvonar_curl_receive on_head, zvonar_curl_receive on_body,
    zvonar_curl_before_request before_request);

/// Opens the handle's sockets so that child processes do not inherit them.
CURLcode zvonar_curl_close_on_exec(CURL *easy);

typedef int (*zvonar_curl_watch)(CURL *easy, curl_socket_t socket, int what, void *context, void *socket_context);
typedef int (*zvonar_curl_set_timer)(CURLM *multi, long milliseconds, void *context);

CURLMcode zvonar_curl_multi_set_number(CURLM *multi, CURLMoption option, long value);
CURLMcode zvonar_curl_multi_set_callbacks(
    CURLM *multi, void *context, zvonar_curl_watch watch, zvonar_curl_set_timer set_timer);

/// The next transfer that has ended, with its result, or null.
CURL *zvonar_curl_multi_next_done(CURLM *multi, CURLcode *result);

/// Macros that Swift does not import.
enum {
    ZVONAR_CURL_PAUSE = CURL_WRITEFUNC_PAUSE,
};

#endif
